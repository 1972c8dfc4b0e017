import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command or group of gcloud's, as its own completion knows it. */
export interface GcloudCommand {
  commands: Record<string, GcloudCommand>;
  /** By name with dashes: `bool`, `value`, `dynamic`, or the values it may have. */
  flags: Record<string, string | string[]>;
}

/** gcloud's commands and flags, from the installed gcloud; undefined where none is. */
export function readGcloudCommands(): GcloudCommand | undefined {
  let root: string;
  try {
    const options = { encoding: 'utf8' as const, stdio: ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[] };
    root = execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], options).trim();
  } catch {
    return undefined;
  }
  const path = join(root, 'data/cli/gcloud_completions.py');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  return JSON.parse(text.slice(text.indexOf('= {') + 2)) as GcloudCommand;
}

/** Every line of a Markdown text's shell blocks, continued lines joined. */
export function readShellLines(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```(?:sh|shell|bash)\n(.*?)^```/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.replace(/\s*\\\n\s*/g, ' ').split('\n')).filter((line) => /\S/.test(line));
}

/** The gcloud commands of a line of shell, those in `$(…)` too, each as its words. */
export function findGcloudCommands(line: string): string[][] {
  return [...line.matchAll(/(?:^|[\s(|&;`"])(gcloud\s)/g)].map((match) =>
    toWords(line.slice(match.index + match[0].length - 'gcloud '.length)),
  );
}

/** The words of the first command of a text, up to what ends a command. Quotes are taken off. */
function toWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let depth = 0;
  for (const sign of text) {
    if (quote) {
      if (sign === quote) quote = '';
      else word += sign;
      continue;
    }
    const ends = depth === 0 && /[|&;)`#\n]/.test(sign);
    if (ends || (depth === 0 && /\s/.test(sign))) {
      if (word) words.push(word);
      word = '';
      if (ends) return words;
      continue;
    }
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === "'" || sign === '"') quote = sign;
    else word += sign;
  }
  return word ? [...words, word] : words;
}

/** What is wrong with a command, given as its words: an unknown command or flag, a value a flag does not take. */
export function findGcloudFaults(root: GcloudCommand, words: readonly string[]): string[] {
  const [, ...rest] = words;
  const faults: string[] = [];
  let command = root;
  let flags = { ...root.flags };
  const path = ['gcloud'];
  for (const word of rest) {
    const next = Object.hasOwn(command.commands, word) ? command.commands[word] : undefined;
    if (next) {
      command = next;
      flags = { ...flags, ...next.flags };
      path.push(word);
    } else if (word.startsWith('--')) {
      faults.push(...findFlagFault(flags, word));
    } else if (Object.keys(command.commands).length > 0) {
      return [`${path.join(' ')} has no command ${word}`];
    }
  }
  if (Object.keys(command.commands).length > 0) faults.push(`${path.join(' ')} is a group of commands`);
  return faults.map((fault) => `${path.join(' ')}: ${fault}`);
}

function findFlagFault(flags: GcloudCommand['flags'], word: string): string[] {
  const [name = '', value] = word.split(/=(.*)/s);
  const negated = name.replace(/^--no-/, '--');
  const kind = flags[name] ?? (name === negated ? undefined : flags[negated]);
  if (kind === undefined) return [`there is no flag ${name}`];
  if (kind === 'bool') return value === undefined ? [] : [`${name} takes no value`];
  if (value === undefined) return [`${name} needs a value, written ${name}=VALUE`];
  return Array.isArray(kind) && !kind.includes(value) ? [`${name} is one of ${kind.join(', ')}`] : [];
}
