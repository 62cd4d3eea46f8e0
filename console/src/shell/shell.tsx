import { A, type RouteSectionProps } from '@solidjs/router';
import {
  createEffect,
  ErrorBoundary,
  For,
  type JSX,
  onCleanup,
  onMount,
  Show,
  Suspense,
} from 'solid-js';
import { useSession } from '../service/session.tsx';
import { closeStream, isLive, openStream } from '../service/stream.ts';
import { Keys } from './keys.tsx';
import { PAGES } from './pages.ts';
import { chooseTheme, type ThemeChoice, themeChoice } from './theme.ts';
import { complain } from './toasts.tsx';

/** What stands around every page: menu, whether events arrive, who is signed in. */
export function Shell(props: RouteSectionProps): JSX.Element {
  onMount(openStream);
  onCleanup(closeStream);
  // A page that was changed by a link is read from its top.
  createEffect(() => {
    props.location.pathname;
    document.getElementById('main')?.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="top">
        <A class="brand" href="/" end>
          Wiresift
        </A>
        <nav aria-label="Pages">
          <For each={PAGES}>
            {({ path, title }) => (
              <A href={path} end={path === '/'} activeClass="here">
                {title}
              </A>
            )}
          </For>
        </nav>
        <Person />
      </header>
      <main id="main" tabindex="-1">
        <ErrorBoundary fallback={(error, reset) => <Broken error={error} again={reset} />}>
          <Suspense fallback={<p class="faint wait">Loading …</p>}>{props.children}</Suspense>
        </ErrorBoundary>
      </main>
      <Keys />
    </>
  );
}

function Person(): JSX.Element {
  const { user, signOut } = useSession();
  return (
    <div class="person">
      <span class="live" classList={{ off: !isLive() }} role="status">
        {isLive() ? 'live' : 'not live'}
      </span>
      <label>
        <span class="unseen">Colours</span>
        <select
          value={themeChoice()}
          onChange={({ currentTarget }) => chooseTheme(currentTarget.value as ThemeChoice)}
        >
          <option value="system">as the system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </label>
      <Show when={user()}>
        {(person) => (
          <span class="name" title={person().role}>
            {person().name}
          </span>
        )}
      </Show>
      <button type="button" onClick={() => void signOut().catch(complain)}>
        Sign out
      </button>
    </div>
  );
}

function Broken(props: { readonly error: unknown; readonly again: () => void }): JSX.Element {
  return (
    <section class="page" role="alert">
      <h1>This page could not be shown</h1>
      <p>{props.error instanceof Error ? props.error.message : String(props.error)}</p>
      <button type="button" onClick={() => props.again()}>
        Try again
      </button>
    </section>
  );
}
