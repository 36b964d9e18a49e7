"""A faithful sandbox of the Layers Partner API: a pure state machine behind a thin HTTP server.

It is a reading of the API independent of the client's, so that a misreading on one side shows.

    sandbox = Sandbox(fleet=fleets.mixed(now), clock=clock)
    with sandbox.serve() as server:
        ...  # any client against server.url, with the key DEFAULT_KEY.secret
"""

from watcher.sandbox import corruptions, fleets
from watcher.sandbox.faults import (
    Corrupt,
    DripFed,
    DropBefore,
    EmptyBody,
    EmptyList,
    Fault,
    Hang,
    Html,
    LostAnswer,
    NoDate,
    Oversized,
    PageLoop,
    RateLimited,
    ServerError,
    StaleList,
    Suspended,
    Truncated,
    WithAge,
    WithHeader,
    WrongDate,
)
from watcher.sandbox.log import Entry, RequestLog
from watcher.sandbox.sandbox import DEFAULT_KEY, Sandbox, Serving
from watcher.sandbox.values import Account, Debit, Fleet, Health, Key, Post, Project, Release
from watcher.sandbox.world import World

__all__ = [
    "DEFAULT_KEY",
    "Account",
    "Corrupt",
    "Debit",
    "DripFed",
    "DropBefore",
    "EmptyBody",
    "EmptyList",
    "Entry",
    "Fault",
    "Fleet",
    "Hang",
    "Health",
    "Html",
    "Key",
    "LostAnswer",
    "NoDate",
    "Oversized",
    "PageLoop",
    "Post",
    "Project",
    "RateLimited",
    "Release",
    "RequestLog",
    "Sandbox",
    "ServerError",
    "Serving",
    "StaleList",
    "Suspended",
    "Truncated",
    "WithAge",
    "WithHeader",
    "World",
    "WrongDate",
    "corruptions",
    "fleets",
]
