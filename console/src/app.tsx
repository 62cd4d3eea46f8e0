import { Route, Router } from '@solidjs/router';
import { type JSX, lazy, Show } from 'solid-js';
import { SignInPage } from './pages/sign-in.tsx';
import { Questions } from './parts/confirm.tsx';
import { SessionProvider, useSession } from './service/session.tsx';
import { Shell } from './shell/shell.tsx';
import { Toasts } from './shell/toasts.tsx';

const Missing = lazy(() => import('./pages/missing.tsx'));

/** The console: sign-in first, then the pages. Each page is loaded when first opened. */
export function App(): JSX.Element {
  return (
    <SessionProvider>
      <Gate />
      <Questions />
      <Toasts />
    </SessionProvider>
  );
}

function Gate(): JSX.Element {
  const { user } = useSession();
  const inside = (): boolean => user() !== null && !user()!.mustChangePassword;
  return (
    <Show when={inside()} fallback={<SignInPage />}>
      <Router root={Shell}>
        <Route path="*" component={Missing} />
      </Router>
    </Show>
  );
}
