import Reports
import Testing

@Suite("A list of texts") struct ListTableTests {
  private let table = ListTable(
    header: ["#", "run", "variant", "seed"],
    rows: [["1", "a,b", "", "10"], ["2", "says \"no\"", "beta=0.9", ""]])

  @Test func `for people has columns under their names, and no blanks at the end`() {
    #expect(
      table.text() == """
        #  run        variant   seed
        1  a,b                  10
        2  says "no"  beta=0.9
        """)
  }

  @Test func `for a spreadsheet is RFC 4180`() {
    #expect(
      table.csv()
        == "#,run,variant,seed\r\n1,\"a,b\",,10\r\n2,\"says \"\"no\"\"\",beta=0.9,\r\n")
  }

  @Test func `is never cut into blocks`() {
    let wide = ListTable(
      header: ["first", "second"],
      rows: [[String(repeating: "x", count: 300), String(repeating: "y", count: 300)]])
    #expect(wide.text().split(separator: "\n").map(\.count) == [308, 602])
  }
}
