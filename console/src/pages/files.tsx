import { A, useSearchParams } from '@solidjs/router';
import { createMemo, createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import type { FileRow } from '../../../src/serve/wire.ts';
import { FilePanel } from '../files/file-panel.tsx';
import { Jobs } from '../files/job-table.tsx';
import { UploadList } from '../files/upload-list.tsx';
import { enqueue, uploads } from '../files/uploads.ts';
import { Grid, type GridColumn } from '../parts/grid.tsx';
import { FreshButton } from '../parts/listed.tsx';
import { plainText } from '../parts/plain.ts';
import { SearchField } from '../parts/search.tsx';
import { bytesText, percentText, timeText } from '../parts/words.ts';
import { address } from '../service/api.ts';
import { createListRows, createListState, type ListRows } from '../service/list.ts';
import { keepLive } from '../service/live.ts';
import { useSession } from '../service/session.tsx';

const TONE: Record<FileRow['state'], string> = {
  uploading: 'medium',
  received: 'medium',
  analysing: 'good',
  analysed: 'info',
  failed: 'high',
  deleted: 'info',
};

const fact = (row: FileRow, name: string): string =>
  row.facts[name] === undefined ? '' : plainText(row.facts[name]);

function stateOf(row: FileRow): string {
  if (row.state !== 'uploading' || !row.size) return row.state;
  return `uploading, ${percentText(Math.floor((row.received / row.size) * 100) / 100)}`;
}

const COLUMNS: readonly GridColumn<FileRow>[] = [
  {
    key: 'name',
    title: 'File',
    cell: (row) => (
      <A href={address('/files', { file: row.id })} tabindex="-1" noScroll>
        {row.name}
      </A>
    ),
    width: 'minmax(10rem, 2fr)',
    sort: 'name',
  },
  {
    key: 'state',
    title: 'State',
    cell: (row) => <span class={`badge ${TONE[row.state]}`}>{stateOf(row)}</span>,
    width: '9rem',
    sort: 'state',
  },
  {
    key: 'size',
    title: 'Size',
    cell: (row) => bytesText(row.size ?? row.received),
    width: '5.5rem',
    sort: 'size',
    numeric: true,
  },
  {
    key: 'packets',
    title: 'Packets',
    cell: (row) => fact(row, 'packets'),
    width: '7rem',
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'flows',
    title: 'Flows',
    cell: (row) => fact(row, 'flows'),
    width: '7rem',
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'alerts',
    title: 'Alerts',
    cell: (row) => fact(row, 'alerts'),
    width: '6rem',
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'at',
    title: 'Uploaded (UTC)',
    cell: (row) => timeText(row.createdAt),
    width: '11rem',
    sort: 'createdAt',
    wideOnly: true,
  },
  {
    key: 'hash',
    title: 'SHA-256',
    cell: (row) => <code>{row.hash ?? ''}</code>,
    width: 'minmax(8rem, 1fr)',
    wideOnly: true,
  },
];

/** Uploads: what is on its way, what is there, and the jobs that analyse it. */
export default function FilesPage(): JSX.Element {
  const { may } = useSession();
  const [params, setParams] = useSearchParams<{ file: string }>();
  const state = createListState();
  const query = createMemo(() => {
    const { filter = [], ...rest } = state.query();
    return { ...rest, filter: [...(filter as readonly string[]), 'state:ne:deleted'] };
  });
  const list = createListRows<FileRow>('/api/files', query);
  const fresh = keepLive(list, 'file', (row) => uploads.some(({ id }) => id === row.id));
  const [current, setCurrent] = createSignal(-1);
  const open = (id: string | undefined): void => {
    setParams({ file: id }, { scroll: false });
  };
  return (
    <section class="page">
      <h1>Files</h1>
      <Show
        when={may('analyst')}
        fallback={<p class="faint">Your role may look at files, and not upload them.</p>}
      >
        <DropZone list={list} />
      </Show>
      <UploadList />
      <search class="bar">
        <SearchField
          label="Search files"
          placeholder="Search names"
          value={state.q()}
          onText={state.setQ}
        />
        <FreshButton fresh={fresh} />
        <span class="faint" role="status">
          {list.total() === undefined ? '' : `${list.total()} in all`}
        </span>
      </search>
      <div class="short">
        <Grid
          label="Files"
          list={list}
          state={state}
          columns={COLUMNS}
          current={current()}
          onCurrent={setCurrent}
          onOpen={(row) => open(row.id)}
          empty="No capture was uploaded yet. Drop one above."
        />
      </div>
      <p class="faint hint">
        Its name, or Enter, opens a file: its hash, what was found, its jobs, and Delete.
      </p>
      <Show when={params.file} keyed>
        {(id) => (
          <FilePanel
            id={id}
            onClose={() => open(undefined)}
            onDeleted={() => {
              open(undefined);
              void list.reload();
            }}
          />
        )}
      </Show>
      <Jobs />
    </section>
  );
}

/** Takes files that are dropped anywhere on the page, or chosen. */
function DropZone(props: { readonly list: ListRows<FileRow> }): JSX.Element {
  const [over, setOver] = createSignal(false);
  let input!: HTMLInputElement;
  const take = (files: FileList | null | undefined): void => {
    const unfinished = props.list.rows().filter(({ state }) => state === 'uploading');
    if (files && files.length > 0) enqueue([...files], unfinished);
  };
  const carriesFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') ?? false;
  const onOver = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const onLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) setOver(false);
  };
  const onDrop = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer?.files);
  };
  onMount(() => {
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    onCleanup(() => {
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    });
  });
  return (
    <div class="drop" classList={{ over: over() }}>
      <p>
        <strong>Drop captures anywhere on this page</strong>, as many as you like: pcap and pcapng,
        or logs of flows (Zeek, Suricata, Argus, NetFlow, KDD), also packed with gzip. They are
        analysed while they arrive. An upload that broke off goes on when the same file is dropped
        again.
      </p>
      <input
        ref={input}
        class="unseen"
        type="file"
        multiple
        tabindex="-1"
        aria-label="Captures to upload"
        onChange={() => {
          take(input.files);
          input.value = '';
        }}
      />
      <button type="button" class="main" onClick={() => input.click()}>
        Choose files …
      </button>
    </div>
  );
}
