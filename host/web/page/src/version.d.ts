/** The version of the program that the page was built for. */
declare const __VERSION__: string;
