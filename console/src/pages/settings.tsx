import { A, type RouteSectionProps } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { RoleName } from '../../../src/serve/wire.ts';
import { useSession } from '../service/session.tsx';

const ROOMS: readonly { path: string; title: string; role: RoleName }[] = [
  { path: '/settings', title: 'Service', role: 'viewer' },
  { path: '/settings/people', title: 'People', role: 'administrator' },
  { path: '/settings/tokens', title: 'API tokens', role: 'viewer' },
  { path: '/settings/suppressions', title: 'Suppressions and allow-list', role: 'viewer' },
  { path: '/settings/audit', title: 'Audit log', role: 'administrator' },
];

/** What stands around the rooms of the settings. */
export default function SettingsPage(props: RouteSectionProps): JSX.Element {
  const { may } = useSession();
  return (
    <section class="page">
      <h1>Settings</h1>
      <nav class="tabs" aria-label="Settings">
        <For each={ROOMS}>
          {({ path, title, role }) => (
            <Show when={may(role)}>
              <A class="tab" href={path} end activeClass="here">
                {title}
              </A>
            </Show>
          )}
        </For>
      </nav>
      {props.children}
    </section>
  );
}
