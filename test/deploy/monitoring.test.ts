import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import alerts from '../../deploy/terraform/alerts.json' with { type: 'json' };
import metrics from '../../deploy/terraform/metrics.json' with { type: 'json' };

const TERRAFORM = join(import.meta.dirname, '../../deploy/terraform');
const runbook = readFileSync(join(TERRAFORM, '../../docs/runbook.md'), 'utf8');
const monitoring = readFileSync(join(TERRAFORM, 'monitoring.tf'), 'utf8');
const dashboard = readFileSync(join(TERRAFORM, 'dashboard.json.tftpl'), 'utf8');

describe('alerts', () => {
  const known = metrics.map(({ name }) => name);

  test.each(alerts.map(({ name, metric }) => [name, metric]))('%s watches a metric there is', (_, metric) => {
    expect(known).toContain(metric);
  });

  test('filter by labels their metric has', () => {
    const strays = alerts.flatMap(({ name, metric, where = '', by = [] }) => {
      const labels = metrics.find((candidate) => candidate.name === metric)?.labels ?? [];
      const used = [...by, ...[...where.matchAll(/metric\.label\.(\w+)/g)].map(([, label = '']) => label)];
      return used.filter((label) => !labels.includes(label)).map((label) => `${name}: ${label}`);
    });
    expect(strays).toEqual([]);
  });

  test('have a section in the runbook each, and every section an alert', () => {
    const ofPlatform = [...monitoring.matchAll(/^ {4}([a-z-]+) = \{$/gm)].map(([, name]) => name);
    const section = runbook.split('## Alerts')[1]?.split('\n## ')[0] ?? '';
    const described = [...section.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    expect(new Set(described)).toEqual(new Set([...alerts.map(({ name }) => name), ...ofPlatform, 'server-errors']));
  });

  test('are described by what they mean, what to look at and what to do', () => {
    const section = runbook.split('## Alerts')[1]?.split('\n## ')[0] ?? '';
    for (const part of section.split(/^### /m).slice(1)) {
      expect(part).toMatch(/\*\*What it means\.\*\*[\s\S]*\*\*Look at\*\*[\s\S]*\*\*Do\.\*\*/);
    }
  });
});

describe('the dashboard', () => {
  test('shows metrics there are', () => {
    const shown = [...dashboard.matchAll(/\$\{prefix\}\/(\w+)/g)].map(([, name]) => name);
    expect(shown.filter((name) => !metrics.some((metric) => metric.name === name))).toEqual([]);
    expect(new Set(shown).size).toBeGreaterThanOrEqual(8);
  });
});
