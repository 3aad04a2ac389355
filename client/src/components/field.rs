//! A labelled input with its hint and what is wrong with it, and a line of news above a form.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Also its id, so it is unique on the page.
    pub name: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    #[prop_or_default]
    pub on_leave: Callback<()>,
    #[prop_or(AttrValue::Static("text"))]
    pub kind: AttrValue,
    #[prop_or_default]
    pub autocomplete: Option<AttrValue>,
    #[prop_or_default]
    pub placeholder: Option<AttrValue>,
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    /// What is wrong, as a sentence.
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub is_required: bool,
}

/// A labelled input.
#[component]
pub fn Field(props: &Props) -> Html {
    let oninput = {
        let on_input = props.on_input.clone();
        move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input {
                on_input.emit(input.value());
            }
        }
    };
    let onblur = props.on_leave.reform(|_: FocusEvent| ());
    let note_id = format!("{}-note", props.name);
    let note = props.error.as_ref().or(props.hint.as_ref());
    let is_wrong = props.error.is_some();
    html! {
        <div class={classes!("field", is_wrong.then_some("field--wrong"))}>
            <label class="field__label" for={props.name.clone()}>{ &props.label }</label>
            <input
                class="field__input"
                id={props.name.clone()}
                name={props.name.clone()}
                type={props.kind.clone()}
                value={props.value.clone()}
                autocomplete={props.autocomplete.clone()}
                placeholder={props.placeholder.clone()}
                required={props.is_required}
                autocapitalize="none"
                spellcheck="false"
                aria-invalid={is_wrong.then_some("true")}
                aria-describedby={note.map(|_| note_id.clone())}
                {oninput}
                {onblur}
            />
            if let Some(note) = note {
                <p class="field__note" id={note_id} role={is_wrong.then_some("alert")}>{ note }</p>
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    pub text: Option<AttrValue>,
    #[prop_or_default]
    pub is_good: bool,
}

/// What became of a form, where it is not about one field.
#[component]
pub fn Notice(props: &NoticeProps) -> Html {
    let Some(text) = &props.text else {
        return Html::default();
    };
    let class = classes!("notice", props.is_good.then_some("notice--good"));
    let role = if props.is_good { "status" } else { "alert" };
    html! { <p {class} {role}>{ text }</p> }
}
