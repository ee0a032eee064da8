import Foundation
import Results
import Testing

@Suite("A timestamp")
struct TimestampTests {
  @Test(
    "is UTC text",
    arguments: [
      // date -u -d '…' +%s
      (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
      (951_782_400, "2000-02-29T00:00:00Z"), (1_795_395_723, "2026-11-23T01:02:03Z"),
      (4_107_542_400, "2100-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] as [(Int64, String)])
  func bothWays(seconds: Int64, text: String) {
    #expect(Timestamp.text(secondsSince1970: seconds) == text)
    #expect(Timestamp.secondsSince1970(of: text) == seconds)
  }

  @Test(
    "is not read from other forms",
    arguments: [
      "", "2026-11-23", "2026-11-23 01:02:03Z", "2026-11-23T01:02:03", "2026-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-23T24:00:00Z",
      "2026-11-23T01:02:03+", "+026-11-23T01:02:03Z",
    ])
  func otherForms(text: String) {
    #expect(Timestamp.secondsSince1970(of: text) == nil)
  }

  @Test("of now agrees with Foundation's clock")
  func now() throws {
    let seconds = try #require(Timestamp.secondsSince1970(of: Timestamp.now()))
    #expect(abs(Double(seconds) - Date().timeIntervalSince1970) < 5)
  }
}

@Suite("A process's identity")
struct ProcessIdentityTests {
  @Test("knows the living from the dead, the zombies and the impostors")
  func life() throws {
    let own = ProcessIdentity(of: getpid())
    #expect(own.isAlive)
    #expect(!ProcessIdentity(of: 2_147_483_646).isAlive && !ProcessIdentity(of: 0).isAlive)
    #expect(ProcessIdentity(processID: getpid(), token: nil).isAlive)
    #if os(Linux)
      #expect(own.token != nil)
      // Another process had our number before us.
      #expect(!ProcessIdentity(processID: getpid(), token: "another-boot:1").isAlive)
    #endif
    let child = Process()
    child.executableURL = URL(filePath: "/bin/sleep")
    child.arguments = ["600"]
    try child.run()
    let identity = ProcessIdentity(of: child.processIdentifier)
    #expect(identity.isAlive)
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    #expect(!identity.isAlive)
  }

  @Test("names the host")
  func host() { #expect(!ProcessIdentity.hostName.isEmpty) }
}
