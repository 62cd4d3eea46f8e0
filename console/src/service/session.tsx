import {
  type Accessor,
  createContext,
  createSignal,
  type JSX,
  onMount,
  Show,
  useContext,
} from 'solid-js';
import type { RoleName, Session } from '../../../src/serve/wire.ts';
import { call, keepSession, whenSignedOut } from './api.ts';

/** Who is signed in. */
export type SignedIn = NonNullable<Session['user']>;

interface SessionState {
  readonly user: Accessor<SignedIn | null>;
  readonly program: Accessor<string>;
  readonly signIn: (name: string, password: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly changePassword: (current: string, next: string) => Promise<void>;
  /** Whether the person may do what a role may. */
  readonly may: (role: RoleName) => boolean;
}

const RANK: Record<RoleName, number> = { viewer: 0, analyst: 1, administrator: 2 };
const Context = createContext<SessionState>();

/** Knows who is signed in; what stands inside is shown once that is known. */
export function SessionProvider(props: { readonly children: JSX.Element }): JSX.Element {
  const [session, setSession] = createSignal<Session>();
  const take = (next: Session): void => {
    keepSession(next);
    setSession(next);
  };
  const forget = (): void => {
    take({ user: null, csrf: null, expiresAt: null, program: session()?.program ?? '' });
  };
  onMount(async () => {
    whenSignedOut(forget);
    take(await call<Session>('/api/session').catch(() => anonymous));
  });
  const state: SessionState = {
    user: () => session()?.user ?? null,
    program: () => session()?.program ?? '',
    async signIn(name, password) {
      take(await call<Session>('/api/session', { method: 'POST', body: { name, password } }));
    },
    async signOut() {
      await call('/api/session', { method: 'DELETE' });
      forget();
    },
    async changePassword(current, next) {
      const body = { current, next };
      take(await call<Session>('/api/session/password', { method: 'POST', body }));
    },
    may: (role) => {
      const own = session()?.user?.role;
      return own !== undefined && RANK[own] >= RANK[role];
    },
  };
  return (
    <Context.Provider value={state}>
      <Show when={session()}>{props.children}</Show>
    </Context.Provider>
  );
}

const anonymous: Session = { user: null, csrf: null, expiresAt: null, program: '' };

/** Who is signed in, and what they may do. */
export function useSession(): SessionState {
  const state = useContext(Context);
  if (!state) throw new Error('outside the session');
  return state;
}
