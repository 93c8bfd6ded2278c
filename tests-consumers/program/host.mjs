// Starts the WebAssembly module that is named on the command line, and writes what it says.
import { readFileSync, writeSync } from 'node:fs';

const host = {
  write: (start, length) => writeSync(1, new Uint8Array(instance.exports.memory.buffer, start, length)),
  exit: (code) => process.exit(code),
};
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { host });
instance.exports.run_bare();
