//! The small drawings on buttons; the button has the name.

use yew::prelude::*;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Answer,
    Back,
    Close,
    Copy,
    Delete,
    Done,
    Down,
    Edit,
    Leave,
    Link,
    Lock,
    People,
    Plus,
    Search,
    Send,
    Settings,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Self::Answer => "M9 6l-5 5 5 5M4 11h9a7 7 0 0 1 7 7v1",
            Self::Back => "M15 5l-7 7 7 7",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Copy => "M9 9h11v11H9zM15 9V4H4v11h5",
            Self::Delete => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
            Self::Done => "M5 12.5l4.5 4.5L19 7.5",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Edit => "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
            Self::Leave => "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
            Self::Link => {
                "M10 14a4.5 4.5 0 0 0 6.5.4l3-3a4.5 4.5 0 0 0-6.4-6.4l-1.4 1.4M14 10a4.5 4.5 0 0 0-6.5-.4l-3 3a4.5 4.5 0 0 0 6.4 6.4l1.4-1.4"
            }
            Self::Lock => "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
            Self::People => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.5a3.3 3.3 0 0 1 0 6.3M18 14.5c2 .8 3.2 2.6 3.5 5.5"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
            Self::Send => "M4 12l16-8-5 16-3-7zM12 13l8-9",
            Self::Settings => "M4 7h10M18 7h2M4 17h2M10 17h10M14 4.5v5M8 14.5v5",
        }
    }
}

/// A drawing in the color of the text around it.
pub fn icon(shape: Shape) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d={shape.path()} />
        </svg>
    }
}
