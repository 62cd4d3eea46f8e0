import { createSignal, type JSX, Show } from 'solid-js';
import type { AlertRow } from '../../../src/serve/wire.ts';
import { useSession } from '../service/session.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { ResolveDialog } from './resolve-dialog.tsx';

/** The key r on the page of one alert. */
export function ResolveShortcut(props: { readonly row: AlertRow }): JSX.Element {
  const { may } = useSession();
  const [open, setOpen] = createSignal(false);
  if (may('analyst')) {
    useShortcuts([{ key: 'r', meaning: 'Resolve the alert', run: () => setOpen(true) }]);
  }
  return (
    <Show when={open()}>
      <ResolveDialog meant={[props.row]} onClose={() => setOpen(false)} />
    </Show>
  );
}
