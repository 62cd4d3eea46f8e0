import { For, type JSX } from 'solid-js';
import type { AuditLine } from '../../../src/serve/wire.ts';
import { Listed } from '../parts/listed.tsx';
import { plainText } from '../parts/plain.ts';
import { SearchField } from '../parts/search.tsx';
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
        <SearchField
          label="Search the audit log"
          placeholder="Action, person or object"
          value={state.q()}
          onText={state.setQ}
        />
        <button type="button" onClick={() => void list.reload()}>
          Load again
        </button>
      </search>
      <Listed list={list} empty="No line matches.">
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
                <td class="words long">{plainText(line.details)}</td>
              </tr>
            )}
          </For>
        </WideTable>
      </Listed>
    </>
  );
}
