import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';

/** A question with its consequences. */
export interface Question {
  readonly title: string;
  /** What follows from yes. */
  readonly body: JSX.Element;
  /** What the button does, in a word or two. */
  readonly yes: string;
  /** Whether it cannot be taken back. */
  readonly grave?: boolean;
}

interface Asked extends Question {
  readonly settle: (answer: boolean) => void;
}

const [asked, setAsked] = createSignal<Asked>();

/** Asks before something is done. @returns whether the person said yes */
export function confirm(question: Question): Promise<boolean> {
  asked()?.settle(false);
  return new Promise((settle) => {
    setAsked({ ...question, settle });
  });
}

/** Where questions stand, once beside all pages. */
export function Questions(): JSX.Element {
  const answer = (yes: boolean): void => {
    asked()?.settle(yes);
    setAsked(undefined);
  };
  return (
    <Show when={asked()} keyed>
      {(question) => (
        <Dialog title={question.title} onClose={() => answer(false)}>
          <div>{question.body}</div>
          <div class="bar ends">
            <button type="button" onClick={() => answer(false)} autofocus>
              Keep as it is
            </button>
            <button
              type="button"
              class="main"
              classList={{ grave: question.grave }}
              onClick={() => answer(true)}
            >
              {question.yes}
            </button>
          </div>
        </Dialog>
      )}
    </Show>
  );
}

/** A window above the page: holds the focus, and gives it back when it goes. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: JSX.Element;
}): JSX.Element {
  let dialog!: HTMLDialogElement;
  const before = document.activeElement;
  onMount(() => dialog.showModal());
  let gone = false;
  onCleanup(() => {
    gone = true;
    dialog.close();
    if (before instanceof HTMLElement) before.focus();
  });
  return (
    <dialog ref={dialog} aria-label={props.title} onClose={() => gone || props.onClose()}>
      <h2>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
