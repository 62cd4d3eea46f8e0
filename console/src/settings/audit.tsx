import { For, type JSX, Show } from 'solid-js';
import type { AuditLine } from '../../../src/serve/wire.ts';
import { plainText } from '../parts/plain.ts';
import { WideTable } from '../parts/table.tsx';
import { timeText } from '../parts/words.ts';
import { createListRows, createListState } from '../service/list.ts';

/** Every change, who made it and from where. */
export default function AuditSettings(): JSX.Element {
  const state = createListState();
  const list = createListRows<AuditLine>('/api/audit', state.query);
  return (
    <>
      <search class="bar">
        <label>
          <span class="unseen">Search the audit log</span>
          <input
            type="search"
            placeholder="Action, person or object"
            value={state.q()}
            onChange={({ currentTarget }) => state.setQ(currentTarget.value)}
          />
        </label>
        <button type="button" onClick={() => void list.reload()}>
          Load again
        </button>
      </search>
      <Show
        when={list.rows().length > 0}
        fallback={
          <p class="faint">
            {list.problem() || (list.loading() ? 'Loading …' : 'No line matches.')}
          </p>
        }
      >
        <WideTable
          label="Audit log"
          heads={['When (UTC)', 'Who', 'From', 'What', 'Object', 'Details']}
        >
          <For each={list.rows()}>
            {(line) => (
              <tr>
                <td>
                  <time>{timeText(line.at)}</time>
                </td>
                <td class="words">{line.byName}</td>
                <td>{line.address}</td>
                <td>{line.action}</td>
                <td class="words">
                  <code>{line.objectId}</code>
                </td>
                <td class="words">{plainText(line.details)}</td>
              </tr>
            )}
          </For>
        </WideTable>
        <Show when={!list.done()}>
          <button type="button" onClick={list.more}>
            Show more
          </button>
        </Show>
      </Show>
    </>
  );
}
