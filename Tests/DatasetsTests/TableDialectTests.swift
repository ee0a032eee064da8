import Datasets
import Foundation
import TestSupport
import Testing

/// Tables as programs write them, against the cells that pandas reads.
/// Tests/References/datasets_tables.py makes the fixture.
@Suite("A table of another kind")
struct TableDialectTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: Data
    var dialect: TableDialect
    var columns: [String]
    var rows: [[String]]
    var testDescription: String { name }
  }
  private struct Fixture: Decodable {
    var cases: [Case]
    var encodings: [String: [String]]
  }
  private static let fixture = try? TestSupport.fixture("tables.json", as: Fixture.self)
  static let cases = fixture?.cases ?? []

  @Test("has the cells that pandas finds in it", arguments: cases) func cells(_ known: Case) throws
  {
    let table = try CSVTable(Array(known.bytes), path: "t.csv", dialect: known.dialect)
    #expect(table.columns == known.columns)
    #expect(table.rows.map(\.cells) == known.rows)
    #expect(table.malformed.isEmpty && table.repairs.isEmpty)
  }

  @Test("was compared with pandas in many forms") func isThorough() {
    #expect(Self.cases.count >= 13)
  }

  private func message(_ text: String, _ dialect: TableDialect = .init()) -> String {
    message(Array(text.utf8), dialect)
  }

  private func message(_ bytes: [UInt8], _ dialect: TableDialect = .init()) -> String {
    do throws(DatasetError) {
      let table = try CSVTable(bytes, path: "t.csv", dialect: dialect)
      _ = try table.index(of: "id", for: "dataset.id")
      return ""
    } catch { return error.description }
  }

  @Test("names the separator that it seems to have")
  func separators() {
    for (text, name) in [
      ("id;label\n1;A\n", "semicolon"), ("id\tlabel\n1\tA\n", "tab"), ("id|label\n", "pipe"),
      ("\"id\";\"label\"\n", "semicolon"), ("id label\n", "space"),
    ] {
      #expect(
        message(text).hasSuffix(
          "its cells seem to be separated by \(name)s: write separator: \(name) under dataset"))
    }
    #expect(
      message("id,label\n", TableDialect(separator: ";")).hasSuffix(
        "write separator: comma under dataset")
    )
  }

  @Test("says what its first line seems to be") func firstLines() {
    #expect(
      message("# made today\nid,label\n").hasSuffix(
        "if line 1 is a comment, write comment: '#' under dataset"))
    #expect(
      message("00001,Boot\n").hasSuffix(
        "name its columns with dataset.columns, such as columns: [id, label]"))
    #expect(
      message("name,A,B\nx,1,0\ny,0,1\n").contains("'A', 'B' hold 0 and 1, a single 1 a row"))
    #expect(
      message("sep=;\nid;label\n", TableDialect(separator: ",")).hasPrefix(
        "t.csv:1: its first line says that ';' separates cells, and dataset.separator says ','"))
    #expect(
      message("id,label\n1,A\n", TableDialect(columns: ["id", "label"])).hasPrefix(
        "t.csv:1: its first line is a header line with the names that dataset.columns gives"))
  }

  @Test("counts the comments it passes over, but none inside a quoted cell") func comments() throws
  {
    let table = try CSVTable(
      Array("#a\nid,label\n#b\n1,\"x\n#y\"\n\n#c\n2,#z\n".utf8), path: "t",
      dialect: TableDialect(comment: "#"))
    #expect(table.rows.map(\.cells) == [["1", "x\n#y"], ["2", "#z"]])
    #expect(table.rows.map(\.line) == [4, 8])
    #expect(table.notes == ["3 comment lines passed over, starting with '#'"])
  }

  @Test("takes what a spreadsheet guards from becoming a number as the text it is")
  func spreadsheetText() throws {
    let table = try CSVTable(
      Array("id,label\n=\"007\",A\n\"=\"\"010\"\"\",B\n=1+1,C\n=\"\",D\n".utf8), path: "t")
    #expect(table.rows.map { $0.cells[0] } == ["007", "010", "=1+1", "=\"\""])
    #expect(table.repairs.map(\.line) == [2, 3])
    #expect(table.repairs.allSatisfy { $0.repair == .spreadsheetText })
  }

  @Test("that is no UTF-8 says where, and which encoding reads it") func badBytes() {
    let latin = Array("id,label\n1,A\n2,T".utf8) + [0xFC] + Array("r\n3,T".utf8) + [0xF6, 0x72]
    #expect(
      message(latin)
        == "t.csv:3:4: byte FC is no UTF-8, nor are 1 later lines; write encoding: latin1 under"
        + " dataset, which reads this line as '2,T\u{FC}r', or save the file as UTF-8")
    let windows = Array("id,label\n1,5".utf8) + [0x92, 0x0A]
    #expect(
      message(windows).contains(
        "t.csv:2:4: byte 92 is no UTF-8; write encoding: windows-1252 under dataset, which reads"
          + " this line as '1,5\u{2019}'"))
    #expect(
      message(latin + Array("\n4,T\u{FC}r\n".utf8)).hasSuffix(
        "other lines of it are UTF-8: the file mixes encodings, and these lines have to be mended"))
    #expect(
      message([0x69, 0, 0x64, 0, 0x0A, 0]).contains("write encoding: utf-16le under dataset"))
    #expect(
      message([0, 0x69, 0, 0x64, 0, 0x0A]).contains("write encoding: utf-16be under dataset"))
    #expect(message([0xFF, 0xFE, 0x61]).contains("3 bytes are no whole number of UTF-16 units"))
    #expect(message([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0]).contains("it is UTF-32 text"))
    #expect(message([0xFF, 0xFE, 0x69, 0, 0, 0xDC]).contains("damaged near byte 4"))
  }

  @Test("takes every byte for the character that Python's codecs give it") func encodings() throws {
    let tables = try #require(Self.fixture?.encodings)
    for (name, encoding) in [
      ("latin-1", TextEncoding.latin1), ("cp1252", .windows1252), ("iso8859-15", .latin9),
    ] {
      let known = try #require(tables[name])
      for byte in UInt8(0x80)...0xFF {
        let character = known[Int(byte) - 0x80]
        let raw = Array("id\n".utf8) + [byte]
        let isControl = byte < 0xA0 && encoding != .windows1252
        if character.isEmpty || isControl {
          let error = message(raw, TableDialect(encoding: encoding))
          #expect(error.hasPrefix("t.csv:2:1: byte"), "\(name) \(byte)")
        } else {
          let table = try CSVTable(raw, path: "t", dialect: TableDialect(encoding: encoding))
          #expect(table.rows.map(\.cells) == [[character]], "\(name) \(byte)")
        }
      }
    }
  }

  @Test("that was UTF-8 all the same says so") func wronglyDeclared() throws {
    let table = try CSVTable(
      Array("id,label\n1,T\u{FC}r\n".utf8), path: "t", dialect: TableDialect(encoding: .latin1))
    #expect(table.notes.count == 1 && table.notes[0].contains("all its bytes are valid UTF-8"))
  }
}
