import { createSignal, onCleanup } from 'solid-js';
import type { StreamEvents } from '../../../src/serve/wire.ts';

type Name = keyof StreamEvents;
type Listener<Event extends Name> = (event: StreamEvents[Event]) => void;

const NAMES: readonly Name[] = ['alert', 'job', 'file', 'overview', 'reset'];
const listeners = new Map<Name, Set<Listener<never>>>();
const [live, setLive] = createSignal(false);
let source: EventSource | undefined;

/** Whether events arrive at present. */
export const isLive = live;

/** Opens the stream; the browser opens it again by itself when it breaks. */
export function openStream(): void {
  if (source) return;
  source = new EventSource('/api/stream');
  source.onopen = () => setLive(true);
  source.onerror = () => setLive(false);
  for (const name of NAMES) {
    source.addEventListener(name, (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as never;
      for (const listener of listeners.get(name) ?? []) listener(event);
    });
  }
}

/** Closes the stream. */
export function closeStream(): void {
  source?.close();
  source = undefined;
  setLive(false);
}

/** Calls `then` at each event of a name, as long as the component stands. */
export function onStream<Event extends Name>(name: Event, then: Listener<Event>): void {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set);
  set.add(then as Listener<never>);
  onCleanup(() => set.delete(then as Listener<never>));
}
