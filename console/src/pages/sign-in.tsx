import { createSignal, type JSX, Show } from 'solid-js';
import { onSubmit, type Submitted, type Written } from '../parts/form.ts';
import { problemText } from '../service/api.ts';
import { useSession } from '../service/session.tsx';

/** Signing in, and the change of a password that was only lent. */
export function SignInPage(): JSX.Element {
  const { user } = useSession();
  return (
    <main class="sign-in">
      <h1>Wiresift</h1>
      <Show when={user()} fallback={<SignInForm />}>
        <PasswordForm />
      </Show>
    </main>
  );
}

/** Runs what a form asks for, and keeps what the service refuses. */
function submission(run: (written: Written) => Promise<void>): {
  readonly busy: () => boolean;
  readonly problem: () => string;
  readonly submit: (event: Submitted) => void;
} {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal('');
  const submit = onSubmit(async (written) => {
    setBusy(true);
    setProblem('');
    try {
      await run(written);
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  });
  return { busy, problem, submit };
}

function SignInForm(): JSX.Element {
  const { signIn } = useSession();
  const form = submission(({ raw }) => signIn(raw('name'), raw('password')));
  return (
    <form onSubmit={form.submit}>
      <label>
        Name
        <input name="name" autocomplete="username" required autofocus />
      </label>
      <label>
        Password
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <Problem text={form.problem()} />
      <button type="submit" class="main" disabled={form.busy()}>
        Sign in
      </button>
    </form>
  );
}

function PasswordForm(): JSX.Element {
  const { changePassword } = useSession();
  const form = submission(async ({ raw }) => {
    const next = raw('next');
    if (next !== raw('again')) throw new Error('The two new passwords differ.');
    await changePassword(raw('current'), next);
  });
  return (
    <form onSubmit={form.submit}>
      <p>The password you came with works once. Choose your own, at least ten letters long.</p>
      <label>
        Password you came with
        <input name="current" type="password" autocomplete="current-password" required autofocus />
      </label>
      <label>
        New password
        <input name="next" type="password" autocomplete="new-password" minlength="10" required />
      </label>
      <label>
        New password again
        <input name="again" type="password" autocomplete="new-password" minlength="10" required />
      </label>
      <Problem text={form.problem()} />
      <button type="submit" class="main" disabled={form.busy()}>
        Change password
      </button>
    </form>
  );
}

function Problem(props: { readonly text: string }): JSX.Element {
  return (
    <p class="problem" role="alert">
      {props.text}
    </p>
  );
}
