import { type JSX, onCleanup } from 'solid-js';

/** Milliseconds without a letter after which is searched. */
const PAUSE = 250;

/** A field that searches a list, shortly after the last letter. */
export function SearchField(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly ref?: (input: HTMLInputElement) => void;
}): JSX.Element {
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  return (
    <label class="search">
      <span class="unseen">{props.label}</span>
      <input
        ref={(input) => props.ref?.(input)}
        type="search"
        placeholder={props.placeholder}
        value={props.value}
        maxlength="200"
        onInput={({ currentTarget }) => {
          clearTimeout(timer);
          timer = setTimeout(() => props.onText(currentTarget.value.trim()), PAUSE);
        }}
        onKeyDown={({ key, currentTarget }) => {
          if (key === 'Escape') currentTarget.blur();
        }}
      />
    </label>
  );
}
