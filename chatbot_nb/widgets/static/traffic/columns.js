// The columns of the table, and how a time is said.

/** In the form of the grid's columns. */
export const COLUMNS = [
  { name: "seq", title: "#", type: "number", width: 52 },
  { name: "time", title: "time", type: "date", width: 124 },
  { name: "method", title: "method", type: "text", width: 80 },
  { name: "node", title: "node", type: "text", width: 112 },
  { name: "message", title: "message", type: "text", width: 142 },
  { name: "verdict", title: "verdict", type: "state", width: 128 },
  { name: "rule", title: "rule", type: "text", width: 96 },
  { name: "reply", title: "reply", type: "state", width: 122 },
  { name: "ms", title: "ms", type: "number", width: 60 },
].map((column) => ({ ...column, editable: false, note: "" }));

/** @param {string} at as ISO has it @returns {string} "21:04:05.870", where the reader is */
export function clock(at) {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return "";
  const two = (number) => String(number).padStart(2, "0");
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two);
  return `${parts.join(":")}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** @param {string} at @returns {string} the same with its date, for where there is room */
export function moment(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? "" : `${time.toLocaleDateString()} ${clock(at)}`;
}
