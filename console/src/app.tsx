import { Route, Router } from '@solidjs/router';
import { type JSX, lazy, Show } from 'solid-js';
import { SignInPage } from './pages/sign-in.tsx';
import { Questions } from './parts/confirm.tsx';
import { SessionProvider, useSession } from './service/session.tsx';
import { Shell } from './shell/shell.tsx';
import { Toasts } from './shell/toasts.tsx';

const Hosts = lazy(() => import('./pages/hosts.tsx'));
const Host = lazy(() => import('./pages/host.tsx'));
const Flows = lazy(() => import('./pages/flows.tsx'));
const Files = lazy(() => import('./pages/files.tsx'));
const Models = lazy(() => import('./pages/models.tsx'));
const Model = lazy(() => import('./pages/model.tsx'));
const Settings = lazy(() => import('./pages/settings.tsx'));
const ServiceSettings = lazy(() => import('./settings/service.tsx'));
const PeopleSettings = lazy(() => import('./settings/people.tsx'));
const TokenSettings = lazy(() => import('./settings/tokens.tsx'));
const SuppressionSettings = lazy(() => import('./settings/suppressions.tsx'));
const AuditSettings = lazy(() => import('./settings/audit.tsx'));
const Overview = lazy(() => import('./pages/overview.tsx'));
const Alerts = lazy(() => import('./pages/alerts.tsx'));
const Alert = lazy(() => import('./pages/alert.tsx'));
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
        <Route path="/hosts" component={Hosts} />
        <Route path="/hosts/:id" component={Host} />
        <Route path="/flows" component={Flows} />
        <Route path="/files" component={Files} />
        <Route path="/models" component={Models} />
        <Route path="/models/:id" component={Model} />
        <Route path="/settings" component={Settings}>
          <Route path="/" component={ServiceSettings} />
          <Route path="/people" component={PeopleSettings} />
          <Route path="/tokens" component={TokenSettings} />
          <Route path="/suppressions" component={SuppressionSettings} />
          <Route path="/audit" component={AuditSettings} />
        </Route>
        <Route path="/" component={Overview} />
        <Route path="/alerts" component={Alerts} />
        <Route path="/alerts/:id" component={Alert} />
        <Route path="*" component={Missing} />
      </Router>
    </Show>
  );
}
