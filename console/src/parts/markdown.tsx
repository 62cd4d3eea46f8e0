import { For, type JSX } from 'solid-js';

type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly ordered: boolean }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'text'; readonly text: string };

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));

/** Blocks of a Markdown text: headings, paragraphs, lists, tables and code. */
export function blocksOf(text: string): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  const take = (belongs: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && belongs(lines[at]!)) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === '') at++;
    else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]!.length, text: heading[2]! });
      at++;
    } else if (line.startsWith('```')) {
      at++;
      const code = take((one) => !one.startsWith('```'));
      at++;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (line.trimStart().startsWith('|')) {
      const rows = take((one) => one.trimStart().startsWith('|')).map(cellsOf);
      const body = rows.filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
      blocks.push({ kind: 'table', rows: body });
    } else if (/^\s*([-*]|\d+\.)\s/.test(line)) {
      const ordered = /^\s*\d/.test(line);
      const items: string[] = [];
      for (const one of take((next) => next.trim() !== '')) {
        const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(one);
        if (item) items.push(item[1]!);
        else items.push(`${items.pop() ?? ''} ${one.trim()}`);
      }
      blocks.push({ kind: 'list', items, ordered });
    } else {
      const words = take((one) => one.trim() !== '' && !/^(#{1,6}\s|```|\s*\|)/.test(one));
      if (words.length === 0) words.push(lines[at++]!);
      blocks.push({ kind: 'text', text: words.join(' ') });
    }
  }
  return blocks;
}

/** Bold and code within a line; all else is text. */
function Inline(props: { readonly text: string }): JSX.Element {
  const pieces = (): string[] => props.text.split(/(`[^`]*`|\*\*[^*]*\*\*)/);
  return (
    <For each={pieces()}>
      {(piece) => {
        if (piece.startsWith('`') && piece.length > 1) return <code>{piece.slice(1, -1)}</code>;
        if (piece.startsWith('**') && piece.length > 3)
          return <strong>{piece.slice(2, -2)}</strong>;
        return piece.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
      }}
    </For>
  );
}

/** A Markdown text as elements, never as markup: what it says of HTML is shown as it is. */
export function Markdown(props: { readonly text: string }): JSX.Element {
  return (
    <For each={blocksOf(props.text)}>
      {(block, place) => <BlockElement block={block} place={place()} />}
    </For>
  );
}

function BlockElement(props: { readonly block: Block; readonly place: number }): JSX.Element {
  const { block } = props;
  if (block.kind === 'code') return <pre>{block.text}</pre>;
  if (block.kind === 'text') {
    return (
      <p>
        <Inline text={block.text} />
      </p>
    );
  }
  if (block.kind === 'heading') {
    const inside = <Inline text={block.text} />;
    return block.level <= 2 ? <h3>{inside}</h3> : <h4>{inside}</h4>;
  }
  if (block.kind === 'list') {
    const items = <For each={block.items}>{(item) => <li>{<Inline text={item} />}</li>}</For>;
    return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
  }
  const [head = [], ...rows] = block.rows;
  return (
    <section class="wide" aria-label={`Table in part ${props.place + 1}`} tabindex="0">
      <table>
        <thead>
          <tr>
            <For each={head}>
              {(cell) =>
                cell === '' ? (
                  <td />
                ) : (
                  <th>
                    <Inline text={cell} />
                  </th>
                )
              }
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={rows}>
            {(cells) => (
              <tr>
                <For each={cells}>{(cell) => <td>{<Inline text={cell} />}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}
