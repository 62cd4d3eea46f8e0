import { type JSX, onCleanup, onMount } from 'solid-js';

/** What a list opens below itself: takes the focus, and gives it back when it goes. */
export function Opened(props: {
  readonly label: string;
  readonly children: JSX.Element;
}): JSX.Element {
  let panel!: HTMLElement;
  const before = document.activeElement;
  onMount(() => {
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: 'nearest' });
  });
  onCleanup(() => {
    if (before instanceof HTMLElement) before.focus();
  });
  return (
    <section class="panel apart" ref={panel} tabindex="-1" aria-label={props.label}>
      {props.children}
    </section>
  );
}
