"""Files go out as attachments, with the type their bytes show, never as a page of ours."""

from urllib.parse import quote

from starlette.responses import Response

from cycle.files.tables import File


def attachment(file: File, name: str) -> Response:
    """The file as a download under the name it has where it was found."""
    return attached(file.content, name, file.sniffed_type)


def attached(content: bytes, name: str, media_type: str) -> Response:
    """The bytes as a download under that name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=media_type, headers=headers)
