// `node --require` this to find the binaries of the package FOREIGN to be none for this machine.
const load = process.dlopen;

process.dlopen = function (module, file, ...rest) {
  if (!file.includes(`node_modules/${process.env.FOREIGN}`)) return load.call(process, module, file, ...rest);
  try {
    return load.call(process, module, __filename, ...rest);
  } catch (error) {
    error.message = error.message.replace(__filename, file);
    throw error;
  }
};
