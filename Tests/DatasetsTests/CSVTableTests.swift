import Datasets
import Testing

@Suite("A table of comma-separated values")
struct CSVTableTests {
  private func read(_ text: String) throws -> CSVTable {
    try CSVTable(Array(text.utf8), path: "table.csv")
  }

  private func cells(_ text: String) throws -> [[String]] { try read(text).rows.map(\.cells) }

  @Test(
    "gives the same cells whatever the line ends and the last line's end",
    arguments: [
      "a,b\n1,x\n2,y\n", "a,b\n1,x\n2,y", "a,b\r\n1,x\r\n2,y\r\n", "a,b\r\n1,x\r\n2,y\r",
      "a,b\r1,x\r2,y", "\u{FEFF}a,b\n1,x\n2,y", "\n\na,b\n\n1,x\r\n\r\n2,y\n\n",
      " a\t,b \n1,x\n2,y",
      "\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n",
    ])
  func lineEnds(text: String) throws {
    let table = try read(text)
    #expect(table.columns == ["a", "b"])
    #expect(table.rows.map(\.cells) == [["1", "x"], ["2", "y"]])
    #expect(table.malformed.isEmpty && table.repairs.isEmpty)
  }

  @Test("keeps quoted commas, quotes and line ends") func quoted() throws {
    let table = try read("a,b,c\n\"1,5\",\"say \"\"hi\"\"\",\"two\r\nlines\"\n\"\",\"\"\"\",z\n")
    #expect(table.rows.map(\.cells) == [["1,5", "say \"hi\"", "two\r\nlines"], ["", "\"", "z"]])
    #expect(table.rows.map(\.line) == [2, 4])
    #expect(table.repairs.isEmpty)
  }

  @Test("keeps empty cells and quotes inside unquoted cells") func emptyAndInnerQuotes() throws {
    #expect(
      try cells("a,b,c\n,,\n1,,5\" wide\n, \"x\",\n")
        == [["", "", ""], ["1", "", "5\" wide"], ["", " \"x\"", ""]])
  }

  @Test("keeps unescaped commas of the last column without loss") func repair() throws {
    let table = try read(
      "a,b,c\n1,x,red, green,, blue \n2,y,\"q, r\", s\n3,z,\"Pink\" short, M\n4,w,plain\n")
    #expect(
      table.rows.map(\.cells) == [
        ["1", "x", "red, green,, blue "], ["2", "y", "\"q, r\", s"],
        ["3", "z", "\"Pink\" short, M"], ["4", "w", "plain"],
      ])
    #expect(table.repairs.map(\.line) == [2, 3, 4])
    #expect(table.repairs.allSatisfy { $0.repair == .verbatimLastCell })
  }

  @Test("takes a quoted text after which the line goes on as it stands") func quoteInLastColumn()
    throws
  {
    let table = try read("a,b\n1,\"Pink\" short\n")
    #expect(table.rows.map(\.cells) == [["1", "\"Pink\" short"]])
    #expect(table.repairs.map(\.line) == [2])
  }

  @Test("sets rows with too few cells aside with their line") func tooFew() throws {
    let table = try read("a,b,c\n1,2,3\n1,2\n\"multi\nline\"\nx,y,z\n")
    #expect(table.rows.map(\.line) == [2, 6])
    #expect(
      table.malformed.map { "\($0.line): \($0.reason)" } == [
        "3: 2 cells where the header has 3", "4: 1 cell where the header has 3",
        "5: 1 cell where the header has 3",
      ])
  }

  @Test("loses no row behind a stray quote") func strayQuote() throws {
    var text = "a,b,c\n0,\"open,x\n"
    for row in 1...500 { text += "\(row),n\(row),\"t, \(row)\"\n" }
    let table = try read(text)
    #expect(table.rows.count == 500)
    #expect(table.rows.last?.cells == ["500", "n500", "t, 500"])
    #expect(table.malformed.map(\.line) == [2])
  }

  @Test("does not repair a row that a stray quote glued together") func gluedRows() throws {
    let table = try read("a,b\n1,\"open\n2,x\n3,wide 5\",more\n4,y\n")
    #expect(table.rows.map(\.cells) == [["2", "x"], ["3", "wide 5\",more"], ["4", "y"]])
    #expect(table.malformed.map(\.line) == [2])
    #expect(table.repairs.map(\.line) == [4])
  }

  @Test("gives up a quoted cell that is longer than any cell") func endlessCell() throws {
    let long = String(repeating: "x\n", count: CSVScannerLimit.cell)
    let table = try read("a,b\n1,\"\(long)\"\n")
    #expect(table.rows.isEmpty)
    #expect(table.malformed.first?.reason == "a quote that is never closed")
  }

  @Test("survives an unclosed quote in every row, in linear time") func manyQuotes() throws {
    let text = "a,b,c\n" + String(repeating: "1,\"x,y\n", count: 20_000)
    let table = try read(text)
    #expect(table.rows.count + table.malformed.count >= 10_000)
  }

  @Test("refuses what is no table") func noTable() {
    #expect { try read("\n\n") } throws: {
      "\($0)" == "table.csv: it is empty and a header line is expected;"
        + " give the names of the columns in the first line"
    }
    #expect { try read("a,\"b\n1,2\n") } throws: {
      "\($0)" == "table.csv:1: the header line has a quote that is never closed;"
        + " quote its names properly, or not at all"
    }
  }

  @Test("writes and reads any cells") func roundTrip() throws {
    let pieces = ["", "a", ",", "\"", "\n", "\r\n", "é", " ", "\t", "日本", "\"\"", "x,y"]
    var rows: [[String]] = []
    for first in pieces {
      for second in pieces { rows.append(["k" + first, second, first + second]) }
    }
    func quote(_ cell: String) -> String { "\"" + cell.replacing("\"", with: "\"\"") + "\"" }
    let text = (["a,b,c"] + rows.map { $0.map(quote).joined(separator: ",") }).joined(
      separator: "\n")
    #expect(try cells(text) == rows)
  }
}

enum CSVScannerLimit { static let cell = 1 << 16 }
