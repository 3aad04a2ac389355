//! An event listener that ends with the value that holds it.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

/// Listens as long as it lives.
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `on_event` at every `event` of `target`.
    pub fn new(
        target: &EventTarget,
        event: &'static str,
        on_event: impl FnMut(Event) + 'static,
    ) -> Self {
        let closure = Closure::<dyn FnMut(Event)>::new(on_event);
        // Only a null listener is refused.
        let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        Self {
            target: target.clone(),
            event,
            closure,
        }
    }

    /// Calls `on_event` at every `event` of the window.
    pub fn on_window(event: &'static str, on_event: impl FnMut(Event) + 'static) -> Option<Self> {
        let window = web_sys::window()?;
        Some(Self::new(&window, event, on_event))
    }

    /// Calls `on_event` at every `event` of the document.
    pub fn on_document(event: &'static str, on_event: impl FnMut(Event) + 'static) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        Some(Self::new(&document, event, on_event))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self
            .target
            .remove_event_listener_with_callback(self.event, self.closure.as_ref().unchecked_ref());
    }
}
