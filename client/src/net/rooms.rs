//! Rooms, their members and bans.

use shared::{
    Ban, Bans, Member, MemberAnswer, Members, MyRoom, NewRoom, PublicRooms, RoleUpdate, Room,
    RoomAnswer, RoomId, RoomRole, RoomUpdate, Rooms, UserId,
};

use super::{Api, Failure, request::Request};

impl Api {
    /// The rooms one is in.
    pub async fn my_rooms(&self) -> Result<Vec<MyRoom>, Failure> {
        let answer: Rooms = self.call(Request::get("/rooms")).await?;
        Ok(answer.rooms)
    }

    /// Public rooms one can join, whose name, title or topic holds `q`.
    pub async fn public_rooms(&self, q: &str) -> Result<Vec<Room>, Failure> {
        let mut request = Request::get("/rooms").query("scope", "public");
        if !q.is_empty() {
            request = request.query("q", q);
        }
        let answer: PublicRooms = self.call(request).await?;
        Ok(answer.rooms)
    }

    /// The room with that id, or the public room with that name.
    pub async fn room(&self, id_or_name: &str) -> Result<Room, Failure> {
        let path = String::from(js_sys::encode_uri_component(id_or_name));
        self.room_of(Request::get(format!("/rooms/{path}"))).await
    }

    async fn room_of(&self, request: Request) -> Result<Room, Failure> {
        let answer: RoomAnswer = self.call(request).await?;
        Ok(answer.room)
    }

    /// Makes a room; one is its owner.
    pub async fn create_room(&self, room: &NewRoom) -> Result<Room, Failure> {
        self.room_of(Request::post("/rooms").json(room)).await
    }

    /// Changes a room's settings.
    pub async fn update_room(&self, room: RoomId, update: &RoomUpdate) -> Result<Room, Failure> {
        self.room_of(Request::patch(format!("/rooms/{room}")).json(update))
            .await
    }

    /// Deletes a room with everything in it.
    pub async fn delete_room(&self, room: RoomId) -> Result<(), Failure> {
        self.call(Request::delete(format!("/rooms/{room}"))).await
    }

    /// The private conversation with somebody.
    pub async fn direct(&self, user: UserId) -> Result<Room, Failure> {
        self.room_of(Request::put(format!("/direct/{user}"))).await
    }

    /// All members of a room.
    pub async fn members(&self, room: RoomId) -> Result<Vec<Member>, Failure> {
        let mut members = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut request = Request::get(format!("/rooms/{room}/members")).query("limit", "100");
            if let Some(cursor) = &cursor {
                request = request.query("cursor", cursor);
            }
            let page: Members = self.call(request).await?;
            members.extend(page.members);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(members);
            }
        }
    }

    /// Joins a public room, or invites somebody.
    pub async fn add_member(&self, room: RoomId, user: UserId) -> Result<Member, Failure> {
        let request = Request::put(format!("/rooms/{room}/members/{user}"));
        let answer: MemberAnswer = self.call(request).await?;
        Ok(answer.member)
    }

    /// Makes somebody an admin of the room, or not any more.
    pub async fn set_role(
        &self,
        room: RoomId,
        user: UserId,
        role: RoomRole,
    ) -> Result<Member, Failure> {
        let request =
            Request::patch(format!("/rooms/{room}/members/{user}")).json(&RoleUpdate { role });
        let answer: MemberAnswer = self.call(request).await?;
        Ok(answer.member)
    }

    /// Leaves a room, or removes somebody.
    pub async fn remove_member(&self, room: RoomId, user: UserId) -> Result<(), Failure> {
        self.call(Request::delete(format!("/rooms/{room}/members/{user}")))
            .await
    }

    /// Who may not join the room, newest first.
    pub async fn bans(&self, room: RoomId) -> Result<Vec<Ban>, Failure> {
        let answer: Bans = self
            .call(Request::get(format!("/rooms/{room}/bans")))
            .await?;
        Ok(answer.bans)
    }

    /// Bans somebody from the room.
    pub async fn ban(&self, room: RoomId, user: UserId) -> Result<(), Failure> {
        self.call(Request::put(format!("/rooms/{room}/bans/{user}")))
            .await
    }

    /// Lets somebody join again.
    pub async fn unban(&self, room: RoomId, user: UserId) -> Result<(), Failure> {
        self.call(Request::delete(format!("/rooms/{room}/bans/{user}")))
            .await
    }
}
