// What clients do not support of the page named on the command line, as lines of "severity client feature".
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";

const clients = ["gmail.desktop-webmail", "gmail.ios", "gmail.android", "outlook.windows", "outlook.macos", "outlook.ios",
  "outlook.android", "apple-mail.*", "yahoo.*", "samsung-email.*"];
const { issues } = caniemail({ clients, html: readFileSync(process.argv[2], "utf-8") });
const lines = Object.entries(issues).flatMap(([severity, byClient]) =>
  [...byClient].flatMap(([client, found]) => found.map(({ title }) => `${severity} ${client} ${title}`)));
console.log([...new Set(lines)].sort().join("\n"));
