"""Files go out as attachments, with the type their bytes show, never as a page of ours."""

from urllib.parse import quote

from starlette.responses import Response

from cycle.files.tables import File


def attachment(file: File) -> Response:
    """The file as a download under the name it came with."""
    name = quote(file.name, safe="")
    return Response(
        file.content,
        media_type=file.sniffed_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )
