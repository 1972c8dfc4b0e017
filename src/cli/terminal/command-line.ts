import { type ParseArgsConfig, parseArgs } from 'node:util';
import { usageError } from './cli-error.ts';

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

/** The options of every command that calls the service. */
export const SERVICE_OPTIONS = {
  url: TEXT,
  audience: TEXT,
  'impersonate-service-account': TEXT,
  json: FLAG,
} as const;

/** The options by which exports are chosen. */
export const FILTER_OPTIONS = {
  state: TEXT,
  project: TEXT,
  tag: TEXT,
  label: { ...TEXT, multiple: true },
  since: TEXT,
} as const;

/** What `SERVICE_OPTIONS` gave. */
export interface ServiceValues {
  url?: string;
  audience?: string;
  'impersonate-service-account'?: string;
  json: boolean;
}

/** What `FILTER_OPTIONS` gave. */
export interface FilterValues {
  state?: string;
  project?: string;
  tag?: string;
  label?: string[];
  since?: string;
}

/** Reads the arguments of a command. Throws `CliError` for what it does not know. */
export function parseCommandLine<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw usageError(`Cannot read the command line: ${fault}; ee-export --help lists the options`);
  }
}

/** The value of an option that must be a whole number of at least 1. Throws `CliError`. */
export function readCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw usageError(`Cannot use --${name}: it is "${text}"; a number from 1 is wanted`);
  return Number(text);
}
