import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findGcloudCommands, findGcloudFaults, readGcloudCommands, readShellLines } from './gcloud-commands.ts';

/** Every gcloud command of the project's documents, with the file it stands in. */
export function readDocumentedCommands(root: string): { file: string; words: string[] }[] {
  const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.map((name) => `docs/${name}`)].flatMap((file) =>
    readShellLines(readIfThere(join(root, file)))
      .flatMap(findGcloudCommands)
      .map((words) => ({ file, words })),
  );
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) {
  const gcloud = readGcloudCommands();
  const commands = readDocumentedCommands(join(import.meta.dirname, '..'));
  if (!gcloud) {
    console.log(`Skipped: gcloud is not installed; ${commands.length} commands of the documents are unchecked`);
  } else {
    const faults = commands.flatMap(({ file, words }) =>
      findGcloudFaults(gcloud, words).map((fault) => `${file}: ${fault}`),
    );
    console.log(faults.join('\n') || `${commands.length} gcloud commands are as gcloud knows them`);
    process.exitCode = faults.length > 0 ? 1 : 0;
  }
}
