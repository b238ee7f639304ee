"""What the parties say about the goals of an agreement while it is negotiated."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from cycle.columns import Instant


class GoalRemark(SQLModel, table=True):
    """One remark on one goal (`code`; "" for the whole agreement), in words, by the holder of a post.

    It stays when it is resolved; `resolved_by` says by whom. `once` names the act.
    """

    __tablename__ = "goal_remark"

    id: int | None = Field(default=None, primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    code: str = ""
    version: int
    text: str
    by: str
    post: str
    at: datetime = Field(sa_type=Instant)
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    resolved_by: str = ""
    once: str = Field(unique=True)
