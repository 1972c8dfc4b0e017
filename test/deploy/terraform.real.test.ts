import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasTerraform, startTerraformBench, type TerraformBench } from './run-terraform.ts';

const installed = await hasTerraform();
if (!installed) console.warn('Skipped "deploy/terraform": terraform is not installed');
const suite = installed ? describe : describe.skip;
const MINUTE_MS = 60_000;

suite('deploy/terraform', () => {
  let bench: TerraformBench;

  beforeAll(async () => {
    bench = await startTerraformBench();
  });

  afterAll(() => bench.close());

  test('is formatted as terraform fmt does it', async () => {
    const { code, output } = await bench.run(bench.module, 'fmt', '-check', '-recursive');
    expect(output).toBe('');
    expect(code).toBe(0);
  });

  test(
    'is valid by the schema of the provider',
    async () => {
      const { output } = await bench.run(bench.module, 'validate');
      expect(output).toContain('The configuration is valid');
    },
    MINUTE_MS,
  );

  test(
    'plans what its own tests want, and refuses what they refuse',
    async () => {
      const { code, output } = await bench.run(bench.module, 'test');
      expect(output).toMatch(/^Success! \d+ passed, 0 failed/m);
      expect(code).toBe(0);
    },
    MINUTE_MS,
  );

  test(
    'can be used as the example uses it',
    async () => {
      const example = join(bench.module, 'examples/basic');
      await bench.run(example, 'get');
      const { output } = await bench.run(example, 'validate');
      expect(output).toContain('The configuration is valid');
    },
    MINUTE_MS,
  );

  test.each([
    [
      'an argument the provider does not know',
      'pubsub.tf',
      'ack_deadline_seconds ',
      'ack_deadline ',
      'not expected here',
    ],
    [
      'a missing argument',
      'pubsub.tf',
      /^ {2}topic {2,}= google_pubsub_topic\.requests\.id$/m,
      '',
      'argument "topic" is required',
    ],
    [
      'a resource nobody declares',
      'scheduler.tf',
      'google_service_account.tick',
      'google_service_account.tock',
      'undeclared',
    ],
  ])(
    'would be found to have %s',
    async (_, file, wanted, spoilt, message) => {
      const copy = join(bench.module, '../spoilt');
      cpSync(bench.module, copy, { recursive: true });
      const path = join(copy, file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(wanted, spoilt));
      const { code, output } = await bench.run(copy, 'validate');
      expect(output.replace(/\s+/g, ' ')).toContain(message);
      expect(code).toBe(1);
    },
    MINUTE_MS,
  );
});
