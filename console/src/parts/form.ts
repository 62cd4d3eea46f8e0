import { complain } from '../shell/toasts.tsx';

/** What was written into a form. */
export interface Written {
  /** A field as it was written; a box that is not ticked, or no such field: ''. */
  readonly raw: (name: string) => string;
  /** A field without spaces at its ends. */
  readonly text: (name: string) => string;
  /** Empties the form, once the service has taken what stood in it. */
  readonly reset: () => void;
}

/** The event as a form hands it on. */
export type Submitted = SubmitEvent & { readonly currentTarget: HTMLFormElement };

/**
 * What a form does when it is sent: the page stays, and what goes wrong is told.
 * @param run gets what was written as it was when the form was sent
 */
export function onSubmit(run: (written: Written) => unknown): (event: Submitted) => void {
  return (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const raw = (name: string): string => String(data.get(name) ?? '');
    const written = { raw, text: (name: string) => raw(name).trim(), reset: () => form.reset() };
    void Promise.resolve(run(written)).catch(complain);
  };
}
