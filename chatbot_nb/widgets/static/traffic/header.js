// The table's header: names and widths. The order is that of time, so nothing is sorted here.

import { Header as GridHeader } from "../grid/header.js";

export class Header extends GridHeader {
  sort() {}

  openMenu() {}
}
