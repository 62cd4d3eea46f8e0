import { For, type JSX, Show } from 'solid-js';
import type { AlertHistory } from '../../../src/serve/wire.ts';
import { nameOf, undo } from '../alerts/judging.ts';
import { timeText } from '../parts/words.ts';
import { useSession } from '../service/session.tsx';

type Change = AlertHistory['changes'][number];

/** What a change did, in words. */
function told({ before, after, undoes, news }: Change): string {
  if (news !== null) return news;
  const parts: string[] = [];
  if (before.state !== after.state) {
    parts.push(after.state === 'open' ? 'opened again' : `resolved: ${after.verdict}`);
  } else if (before.verdict !== after.verdict) {
    parts.push(`${before.verdict} → ${after.verdict}`);
  }
  if (before.assignee !== after.assignee) {
    parts.push(after.assignee === null ? 'given to nobody' : `given to ${nameOf(after.assignee)}`);
  }
  if (before.note !== after.note) {
    parts.push(after.note === '' ? 'note removed' : `note: ${after.note}`);
  }
  const text = parts.join('; ') || 'no difference';
  return undoes === null ? text : `taken back: ${text}`;
}

/** Who judged the alert, and how; the last change can be taken back. */
export function History(props: { readonly changes: readonly Change[] | undefined }): JSX.Element {
  const { may } = useSession();
  const newestFirst = (): readonly Change[] => [...(props.changes ?? [])].reverse();
  return (
    <Show
      when={newestFirst().length > 0}
      fallback={<p class="faint">{props.changes ? 'Nobody has judged it yet.' : 'Loading …'}</p>}
    >
      <ol class="history">
        <For each={newestFirst()}>
          {(change, at) => (
            <li>
              <span class="faint">{timeText(change.at)}</span>{' '}
              <strong>{change.news === null ? change.byName : 'Wiresift'}</strong>{' '}
              <span class="break">{told(change)}</span>
              <Show
                when={
                  at() === 0 && change.undoes === null && change.news === null && may('analyst')
                }
              >
                {' '}
                <button type="button" onClick={() => void undo(change.action)}>
                  Undo
                </button>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </Show>
  );
}
