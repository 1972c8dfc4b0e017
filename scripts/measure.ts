// The measures of the house, as test/source/measures.test.ts holds them: npm run measure
import { findCycles } from '../test/source/find-cycles.ts';
import { measure, quantileOf } from '../test/source/measures.ts';
import { readSourceFiles } from '../test/source/source-files.ts';

const LARGEST_SHOWN = 5;

const sources = readSourceFiles('src');
const tests = readSourceFiles('test');
const { files, functions, nesting, unchecked, exported, undocumented, codeLines } = measure(sources);
const testLines = measure(tests).codeLines;

console.log(
  `source files   ${files.length}, ${codeLines} lines of code; median ${quantileOf(files, 0.5)}, p90 ${quantileOf(files, 0.9)}, largest ${quantileOf(files, 1)}`,
);
console.log(
  `functions      ${functions.length}; median ${quantileOf(functions, 0.5)} lines, p90 ${quantileOf(functions, 0.9)}, largest ${quantileOf(functions, 1)}`,
);
console.log(`nesting        ${quantileOf(nesting, 1)} at most`);
console.log(`any, !         ${unchecked.length}`);
console.log(`cycles         ${findCycles(sources).length}`);
console.log(`documented     ${exported - undocumented.length} of ${exported} exported names`);
console.log(`tests          ${testLines} lines of code: ${(testLines / codeLines).toFixed(2)} to one of source`);
for (const [name, measured] of Object.entries({ files, functions })) {
  const largest = [...measured].sort((a, b) => b.size - a.size).slice(0, LARGEST_SHOWN);
  console.log(`largest ${name}: ${largest.map(({ at, size }) => `${at} (${size})`).join(', ')}`);
}
