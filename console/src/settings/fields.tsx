import { For, type JSX } from 'solid-js';
import type { Setting } from '../../../src/serve/wire.ts';

/** What a field of a setting is given. */
export interface SettingField {
  readonly id: string;
  readonly setting: Setting;
  readonly value: unknown;
  readonly disabled: boolean;
  readonly onValue: (value: unknown) => void;
}

/** The field that edits values of a type. */
export function fieldOf(type: string): (props: SettingField) => JSX.Element {
  const fields: Readonly<Record<string, (props: SettingField) => JSX.Element>> = {
    number: NumberField,
    choice: ChoiceField,
    text: TextField,
    texts: TextsField,
    networks: TextsField,
    thresholds: ThresholdsField,
  };
  return fields[type] ?? TextField;
}

function NumberField(props: SettingField): JSX.Element {
  return (
    <span class="unit">
      <input
        id={props.id}
        type="number"
        step="any"
        required
        disabled={props.disabled}
        min={props.setting.minimum}
        max={props.setting.maximum}
        aria-describedby={`${props.id}-meaning`}
        value={Number(props.value)}
        onInput={({ currentTarget }) => {
          if (!Number.isNaN(currentTarget.valueAsNumber)) {
            props.onValue(currentTarget.valueAsNumber);
          }
        }}
      />{' '}
      {props.setting.unit}
    </span>
  );
}

function ChoiceField(props: SettingField): JSX.Element {
  return (
    <select
      id={props.id}
      disabled={props.disabled}
      aria-describedby={`${props.id}-meaning`}
      value={String(props.value)}
      onChange={({ currentTarget }) => props.onValue(currentTarget.value)}
    >
      <For each={props.setting.choices ?? []}>
        {(choice) => <option value={choice}>{choice}</option>}
      </For>
    </select>
  );
}

function TextField(props: SettingField): JSX.Element {
  return (
    <input
      id={props.id}
      disabled={props.disabled}
      aria-describedby={`${props.id}-meaning`}
      value={String(props.value ?? '')}
      onInput={({ currentTarget }) => props.onValue(currentTarget.value)}
    />
  );
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function TextsField(props: SettingField): JSX.Element {
  return (
    <textarea
      id={props.id}
      rows="4"
      placeholder="one a line"
      disabled={props.disabled}
      aria-describedby={`${props.id}-meaning`}
      value={Array.isArray(props.value) ? props.value.join('\n') : ''}
      onChange={({ currentTarget }) => props.onValue(linesOf(currentTarget.value))}
    />
  );
}

/** `name = number`, one a line. */
function thresholdsOf(text: string): Record<string, number> | undefined {
  const entries = linesOf(text).map((line): [string, number] => {
    const at = line.indexOf('=');
    return [line.slice(0, at).trim(), Number(line.slice(at + 1))];
  });
  const fine = entries.every(([name, value]) => name !== '' && Number.isFinite(value));
  return fine ? Object.fromEntries(entries) : undefined;
}

function ThresholdsField(props: SettingField): JSX.Element {
  const text = (): string =>
    Object.entries((props.value ?? {}) as Readonly<Record<string, number>>)
      .map(([name, value]) => `${name} = ${value}`)
      .join('\n');
  return (
    <textarea
      id={props.id}
      rows="4"
      placeholder="name = number, one a line"
      disabled={props.disabled}
      aria-describedby={`${props.id}-meaning`}
      value={text()}
      onChange={({ currentTarget }) => {
        const read = thresholdsOf(currentTarget.value);
        const wrong = read ? '' : 'Each line is a name, = and a number.';
        currentTarget.setCustomValidity(wrong);
        currentTarget.reportValidity();
        if (read) props.onValue(read);
      }}
    />
  );
}
