import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A child process with its standard output read line by line.
///
/// The child's standard error goes to a log file, so that a crash leaves its last words.
final class WorkerProcess {
  private let process = Process()
  private let pipe = Pipe()
  private var pending = Data()
  private var isAtEnd = false

  /// How a process ended.
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  init(command: [String], logPath: String) throws {
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    try Data().write(to: URL(fileURLWithPath: logPath))
    let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
    process.standardError = log
    try process.run()
    try? log.close()
    try? pipe.fileHandleForWriting.close()
  }

  var processID: Int32 { process.processIdentifier }

  /// Complete lines that arrived within `milliseconds`; `nil` once the child has closed its output.
  func lines(within milliseconds: Int32) -> [String]? {
    if isAtEnd { return nil }
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, milliseconds) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0 { return errno == EINTR ? [] : nil }
    if count == 0 {
      isAtEnd = true
      return nil
    }
    pending.append(contentsOf: buffer[0..<count])
    var lines: [String] = []
    while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(String(decoding: pending[pending.startIndex..<newline], as: UTF8.self))
      pending.removeSubrange(pending.startIndex...newline)
    }
    return lines
  }

  /// Asks the child to write a checkpoint and leave.
  func askToStop() { process.terminate() }

  /// Ends the child at once.
  func kill() { _ = signal(SIGKILL) }

  private func signal(_ number: Int32) -> Int32 {
    process.isRunning ? sendSignal(process.processIdentifier, number) : 0
  }

  /// Waits for the child to be gone.
  func wait() -> End {
    process.waitUntilExit()
    return process.terminationReason == .exit
      ? .exited(process.terminationStatus) : .signalled(process.terminationStatus)
  }
}

private func sendSignal(_ process: pid_t, _ number: Int32) -> Int32 { kill(process, number) }
