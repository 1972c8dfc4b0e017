import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import granted from '../../deploy/terraform/permissions.json' with { type: 'json' };
import { toCosts, toCostTable } from '../../scripts/cost-table.ts';
import asked from '../../src/cli/doctor/permissions.json' with { type: 'json' };
import indexes from '../../src/exports/firestore/firestore-indexes.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const deploy = read('docs/deploy.md');
const variables = read('deploy/terraform/variables.tf');

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

describe('permissions', () => {
  const table = [...deploy.matchAll(/^\| `([a-z]+\.[a-zA-Z]+\.[a-zA-Z]+)` \|/gm)].map(([, name]) => name);

  test('that are granted stand in the table, and no others but those of ready-made roles', () => {
    const ofRoles = ['pubsub.topics.publish', 'secretmanager.versions.access'];
    expect(new Set(table)).toEqual(new Set([...granted.earthengine, ...granted.ledger, ...ofRoles]));
  });

  test('that the doctor asks for are those that are granted', () => {
    expect(asked.earthengine).toEqual(granted.earthengine);
  });

  test.each(['earthengine', 'ledger'] as const)('of the %s role are the same by hand', (role) => {
    expect(deploy).toContain(`--permissions=${granted[role].join(',')}\n`);
  });
});

describe('the walk-through', () => {
  test('makes every composite index', () => {
    for (const { collectionGroup, fields } of indexes.indexes) {
      const configs = fields.map((field) => {
        const kind = 'order' in field ? `order=${field.order}` : `array-config=${field.arrayConfig}`;
        return `--field-config=field-path=${field.fieldPath},${kind.toLowerCase()}`;
      });
      expect(deploy).toContain(
        `--collection-group=${collectionGroup} --query-scope=collection \\\n  ${configs.join(' ')}`,
      );
    }
    const made = deploy.match(/indexes composite create/g) ?? [];
    expect(made).toHaveLength(indexes.indexes.length);
  });

  test('sets every exemption and every TTL policy', () => {
    const loop = /for field in ([^;]+); do\n.*--collection-group=exports/.exec(deploy)?.[1]?.split(' ') ?? [];
    for (const { collectionGroup, fieldPath, ...rest } of indexes.fieldOverrides) {
      const single = `fields update ${fieldPath} --database="$NAME" --collection-group=${collectionGroup} --disable-indexes`;
      const isInLoop = collectionGroup === 'exports' && loop.includes(fieldPath);
      expect([fieldPath, isInLoop || deploy.includes(single)]).toEqual([fieldPath, true]);
      const ttl = `ttls update ${fieldPath} --database="$NAME" --collection-group=${collectionGroup} --enable-ttl`;
      expect([fieldPath, deploy.includes(ttl)]).toEqual([fieldPath, 'ttl' in rest]);
    }
  });

  test('names every variable of the module', () => {
    const declared = [...variables.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name);
    const table = deploy.split('| variable | default |')[1]?.split('\n\n')[0] ?? '';
    const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)]);
    expect(new Set(named.map(([, name]) => name))).toEqual(new Set(declared));
  });

  test('deploys the functions in the sizes of the module', () => {
    const functions = read('deploy/terraform/functions.tf');
    for (const [name, entry] of Object.entries({
      http: 'exportsHttp',
      pubsub: 'exportsPubsub',
      poll: 'pollOperations',
    })) {
      const block =
        new RegExp(`${name} = \\{[^}]*?entry_point = "${entry}"[\\s\\S]*?ingress`).exec(functions)?.[0] ?? '';
      const size = (key: string) => new RegExp(`${key}\\s+= "?(\\w+)"?`).exec(block)?.[1];
      const command = new RegExp(`functions deploy "\\$NAME-${name}"[\\s\\S]*?env-vars-file`).exec(deploy)?.[0];
      expect(command).toContain(`--entry-point=${entry} `);
      expect(command).toContain(
        `--memory=${size('memory')} --concurrency=${size('concurrency')} --max-instances=${size('instances')} `,
      );
    }
  });
});

describe('the cost page', () => {
  test('holds the table that the model gives', () => {
    expect(read('docs/cost.md')).toContain(`\n\n${toCostTable([10, 1_000, 100_000])}\n\n`);
  });

  test('grows with the exports, but for what a minute costs anyway', () => {
    const [few, many] = [toCosts(10), toCosts(1_000)];
    expect(many['Cloud Run: submitting']).toBeCloseTo(few['Cloud Run: submitting'] * 100, 6);
    expect(many['Cloud Scheduler']).toBe(few['Cloud Scheduler']);
    expect(many['Cloud Run: polling']).toBeLessThan(few['Cloud Run: polling'] * 2);
  });
});
