"""What Schemathesis cannot know from the document: who is signed in, and what there is to ask for.

A person of this run owns a public and a private room with a message in each. Calls that end a login,
an account or a room are made by somebody new, or of something new, so that the rest goes on.
"""

import itertools
import json
import os
import urllib.request
import uuid

import schemathesis
from schemathesis import GenerationMode

URL = os.environ["PARLOR_URL"] + "/api/v1"
PASSWORD = "tangerine dream machine"
# Whoever makes these calls is signed out by them, or gone.
FINAL = {"users_delete_user", "users_change_password", "sessions_log_out", "sessions_log_out_everywhere"}
# What these are about is gone after them.
USED_UP = {"rooms_delete_room", "members_remove", "messages_delete_message"}
NUMBERS = itertools.count()


def call(method, path, body=None, token=None):
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def somebody():
    name = f"s{uuid.uuid4().hex[:20]}"
    call("POST", "/users", {
        "username": name, "email": f"{name}@example.org", "password": PASSWORD, "gender": "other",
    })
    return call("POST", "/sessions", {"username": name, "password": PASSWORD})


class World:
    """What there is to ask for."""

    def __init__(self):
        self.me = somebody()
        self.other = somebody()["user"]["id"]
        self.people = ["me", self.me["user"]["id"], self.other]
        self.places = [self.place("public"), self.place("private")]

    def place(self, visibility):
        """A room with two people in it, and its one message."""
        name = f"r{uuid.uuid4().hex[:20]}"
        room = self.made("/rooms", {"name": name, "visibility": visibility})["room"]["id"]
        call("PUT", f"/rooms/{room}/members/{self.other}", token=self.me["access_token"])
        said = self.made(f"/rooms/{room}/messages", {"client_id": str(uuid.uuid4()), "body": "hello"})
        return {"room": room, "message": said["message"]["id"]}

    def made(self, path, body):
        return call("POST", path, body, self.me["access_token"])


WORLD = World()


def name_of(operation):
    return operation.definition.raw["operationId"]


@schemathesis.auth(refresh_interval=None)
class SignedIn:
    def get(self, case, context):
        return somebody() if name_of(context.operation) in FINAL else WORLD.me

    def set(self, case, login, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {login['access_token']}"}
        if name_of(context.operation) == "sessions_log_out" and is_well_formed(case, "PATH"):
            case.path_parameters["session"] = login["session"]["id"]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Two times of three it is asked for what is there, and with a password that is strong."""
    number = next(NUMBERS)
    if number % 3 == 0:
        return
    if isinstance(case.body, dict) and is_well_formed(case, "BODY"):
        for name in {"password", "new", "current"} & set(case.body):
            case.body[name] = PASSWORD
    names = set(case.path_parameters or {}) & {"room", "message", "user"}
    if not names or not is_well_formed(case, "PATH"):
        return
    if name_of(context.operation) in USED_UP:
        place = WORLD.place("private")
    else:
        place = WORLD.places[number % 2]
    there = {**place, "user": WORLD.people[number % 3]}
    for name in names:
        case.path_parameters[name] = there[name]


def is_well_formed(case, location):
    """Whether that part was made to keep the document's rules."""
    components = case.meta.components if case.meta else {}
    return all(part.mode == GenerationMode.POSITIVE for of, part in components.items() if of.name == location)
