//! Mounts the app, and says so in words where it fails.

use client::App;

/// What stands on the page after a bug: better than a white page.
const CRASHED: &str = "Something went wrong in this page. What you wrote is kept: reload to go on.";

fn show_crash() {
    let document = web_sys::window().and_then(|window| window.document());
    let Some(document) = document else { return };
    let Ok(note) = document.create_element("p") else {
        return;
    };
    note.set_text_content(Some(CRASHED));
    // Nothing can be done where the attributes or the note are refused as well.
    let _ = note.set_attribute("class", "crash");
    let _ = note.set_attribute("role", "alert");
    if let Some(body) = document.body() {
        let _ = body.prepend_with_node_1(&note);
    }
}

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
        show_crash();
    }));
    let shell = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"));
    if let Some(shell) = shell {
        shell.set_text_content(None);
        yew::Renderer::<App>::with_root(shell).render();
    }
}
