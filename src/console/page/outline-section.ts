import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { type Child, element } from './element.ts';

type Outline = NonNullable<ExportResource['outline']>;

/** What the graph is, in few words; nothing of an export that an older version recorded. */
export function showOutline(outline: Outline | null): Child[] {
  if (!outline) return [];
  const { classifier, outputMode, arguments: given, training } = outline;
  const mode = outputMode === undefined ? [] : [{ name: 'outputMode', value: outputMode }];
  return [
    element('h2', {}, 'Classifier ', element('code', {}, classifier)),
    given.length + mode.length > 0 && toList([...given, ...mode]),
    training && element('h3', {}, 'Trained on'),
    training && toList(training),
  ];
}

function toList(lines: Outline['arguments']): HTMLElement {
  const list = element('dl', { class: 'facts' });
  for (const { name, value } of lines) {
    list.append(element('div', {}, element('dt', {}, name), element('dd', {}, element('code', {}, value))));
  }
  return list;
}
