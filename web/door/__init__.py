"""Who may come in, who may write, and that it was they who asked for it. Nothing here is reached around.

A route that writes asks for `Editor`, and for `InAudit` to note what was done; its form holds `csrf_field(request)`.
"""

from store.people import Person, Role
from web.door.csrf import checked, csrf_field
from web.door.guard import Guard
from web.door.identity import Door
from web.door.who import Audit, Editor, InAudit, Reader

__all__ = [
    "Audit",
    "Door",
    "Editor",
    "Guard",
    "InAudit",
    "Person",
    "Reader",
    "Role",
    "checked",
    "csrf_field",
]
