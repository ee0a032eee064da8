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

  @Test func `on a narrow terminal keeps the beginnings and the ends of its longest texts`() {
    let table = ListTable(
      header: ["#", "run", "fingerprint"],
      rows: [
        ["1", "a-strategy-with-a-long-name-gamma=2-s1", "0a1b2c3d"],
        ["2", "靴靴靴靴靴靴靴靴靴靴靴靴靴靴靴靴靴靴-s2", "4e5f6a7b"],
      ])
    let lines = table.text(width: 40).split(separator: "\n")
    #expect(lines[1] == "1  a-strategy-w…-gamma=2-s1  0a1b2c3d")
    #expect(lines[2].contains("…") && lines[2].contains("-s2  4e5f6a7b"))
    // Never below what can be told apart, and a list is not cut into blocks.
    #expect(table.text(width: 5).split(separator: "\n").count == 3)
    #expect(table.text(width: 200) == table.text())
  }

  @Test func `for a spreadsheet is RFC 4180`() {
    #expect(
      table.csv()
        == "#,run,variant,seed\r\n1,\"a,b\",,10\r\n2,\"says \"\"no\"\"\",beta=0.9,\r\n")
  }

  /// The cells that OWASP's page on CSV injection names, and numbers, which are none.
  @Test func `for a spreadsheet has no formulas, and for a program every text as it is`() {
    let cells = [
      "=1+1", "+1-1|x", "-cmd", "@SUM(A1)", "\ttab", "\rreturn", "\nfeed", "＝1", "＋1", "－1", "＠a",
    ]
    let harmless = ["-1", "+1.5e3", "-0.25", "a=1", "", "'x", "class - a"]
    let table = ListTable(header: ["text"], rows: (cells + harmless).map { [$0] })
    let quoted = { (text: String) in
      text.utf8.contains { $0 == 10 || $0 == 13 } ? "\"\(text)\"" : text
    }
    let guarded = cells.map { quoted("'" + $0) } + harmless
    #expect(table.csv() == (["text"] + guarded).map { $0 + "\r\n" }.joined())
    let plain = cells.map(quoted) + harmless
    #expect(table.csv(exact: true) == (["text"] + plain).map { $0 + "\r\n" }.joined())
  }

  @Test func `is never cut into blocks`() {
    let wide = ListTable(
      header: ["first", "second"],
      rows: [[String(repeating: "x", count: 300), String(repeating: "y", count: 300)]])
    #expect(wide.text().split(separator: "\n").map(\.count) == [308, 602])
  }
}
