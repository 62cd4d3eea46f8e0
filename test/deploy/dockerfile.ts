/** One instruction of a Dockerfile: its word in capitals, and the rest as one line. */
export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** A stage: what it starts from, its name if it has one, what is done in it. */
export interface Stage {
  readonly from: string;
  readonly name: string;
  readonly steps: readonly Instruction[];
}

/** A Dockerfile in its parts; `defaults` are the ARGs above the first stage. */
export interface Dockerfile {
  readonly defaults: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '');
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [word = ''] = line.split(/\s/, 1);
      return { word: word.toUpperCase(), rest: line.slice(word.length).trim() };
    });
}

/** Takes a Dockerfile apart, with the ARGs above its stages put in where FROM names them. */
export function parseDockerfile(text: string): Dockerfile {
  const defaults = new Map<string, string>();
  const stages: (Stage & { readonly steps: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text)) {
    const { word, rest } = instruction;
    const stage = stages.at(-1);
    if (word === 'FROM') {
      const [image = '', , name = ''] = rest.split(/\s+/);
      const from = image.replaceAll(/\$\{(\w+)\}/g, (_, key) => defaults.get(key) ?? '');
      stages.push({ from, name, steps: [] });
    } else if (stage) stage.steps.push(instruction);
    else if (word === 'ARG') {
      const [key = '', ...value] = rest.split('=');
      defaults.set(key, value.join('='));
    } else throw new Error(`${word} before the first FROM`);
  }
  return { defaults, stages };
}

/** Steps of a stage with that word. */
export const stepsOf = ({ steps }: Stage, word: string): string[] =>
  steps.filter((step) => step.word === word).map(({ rest }) => rest);
