// What WordPress's block editor stores of a post without blocks when somebody saves it: paragraphs are made, and taken
// out again. Usage: node editor.cjs SITE, the text on standard input.
const fs = require("fs");
const path = require("path");

const window = {};
eval(fs.readFileSync(path.join(process.argv[2], "wp-includes/js/dist/autop.js"), "utf8"));
const { autop, removep } = window.wp.autop;
process.stdout.write(removep(autop(fs.readFileSync(0, "utf8")).trim()));
