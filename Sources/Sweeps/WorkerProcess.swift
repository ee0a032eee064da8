import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A child process with its standard output read line by line.
///
/// The child's standard error goes to a log file, so that a crash leaves its last words. Its standard
/// input is its lifeline: a pipe whose other end only this process holds, so that it closes when this
/// process ends in whatever way. The end of the child is seen by itself, whoever else still holds its
/// output.
final class WorkerProcess {
  let processID: pid_t
  private let output: Int32
  private let lifeline: Int32
  private var pending: [UInt8] = []
  private var isPassingOver = false
  private var isAtEnd = false
  /// Bytes that came after the child's end.
  private var late = 0
  private var ending: End?

  /// A line that is longer is no event, and is passed over.
  private static let longestLine = 4 << 20

  /// What a pipe holds, and more: the rest is from somebody else.
  private static let mostLate = 4 << 20

  /// How a process ended.
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  /// Starts a process.
  ///
  /// - Parameters:
  ///   - command: the program's path and its arguments.
  ///   - environment: variables besides this process's own.
  init(
    command: [String], logPath: String, environment: [String: String] = [:]
  ) throws(FileError) {
    let log = open(logPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard log >= 0 else { throw FileError("write", logPath, code: errno) }
    defer { close(log) }
    let (lifelineEnd, lifeline) = try Self.pipe(for: command[0])
    defer { close(lifelineEnd) }
    do throws(FileError) {
      let (output, outputEnd) = try Self.pipe(for: command[0])
      defer { close(outputEnd) }
      do throws(FileError) {
        processID = try Self.spawn(
          command, environment, input: lifelineEnd, output: outputEnd, errors: log)
      } catch {
        close(output)
        throw error
      }
      (self.output, self.lifeline) = (output, lifeline)
      _ = fcntl(output, F_SETFL, O_NONBLOCK)
    } catch {
      close(lifeline)
      throw error
    }
  }

  deinit {
    close(output)
    close(lifeline)
  }

  /// Complete lines that arrived within `milliseconds`; `nil` once the child has closed its output, or
  /// is gone.
  func lines(within milliseconds: Int32) -> [String]? {
    if isAtEnd { return nil }
    // A process that the child left behind may hold its output open.
    let isOver = end != nil
    var request = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    if poll(&request, 1, isOver ? 0 : milliseconds) <= 0 {
      isAtEnd = isOver
      return isOver ? nil : []
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(output, &buffer, buffer.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    if count <= 0 {
      isAtEnd = true
      return nil
    }
    if isOver { late += count }
    isAtEnd = late > Self.mostLate
    return take(buffer[..<count])
  }

  /// Cuts bytes into lines; the rest waits for more.
  private func take(_ bytes: ArraySlice<UInt8>) -> [String] {
    var lines: [String] = []
    var rest = bytes
    while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
      if !isPassingOver {
        lines.append(String(decoding: pending + rest[..<newline], as: UTF8.self))
      }
      isPassingOver = false
      pending.removeAll()
      rest = rest[(newline + 1)...]
    }
    if !isPassingOver { pending += rest }
    if pending.count > Self.longestLine {
      pending.removeAll()
      isPassingOver = true
    }
    return lines
  }

  /// How the child ended; `nil` while it runs.
  var end: End? {
    if let ending { return ending }
    var status: Int32 = 0
    let found = waitpid(processID, &status, WNOHANG)
    if found == 0 || (found < 0 && errno == EINTR) { return nil }
    // Somebody else took its status: nothing is known but that it is gone.
    ending = found < 0 ? .exited(1) : Self.end(ofStatus: status)
    return ending
  }

  /// Asks the child to write a checkpoint and leave.
  func askToStop() { signal(SIGTERM) }

  /// Ends the child at once.
  func kill() { signal(SIGKILL) }

  private func signal(_ number: Int32) {
    // Until its status was taken, nobody else gets its number.
    if end == nil { sendSignal(processID, number) }
  }

  private static func end(ofStatus status: Int32) -> End {
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
  }
}

extension WorkerProcess {
  /// A pipe that children do not inherit, neither end of which is a standard stream.
  private static func pipe(for program: String) throws(FileError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard systemPipe(&ends) == 0 else { throw FileError("start", program, code: errno) }
    let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 3) }
    let code = errno
    for end in ends { close(end) }
    guard moved.allSatisfy({ $0 >= 0 }) else {
      for end in moved where end >= 0 { close(end) }
      throw FileError("start", program, code: code)
    }
    return (moved[0], moved[1])
  }

  private static func spawn(
    _ command: [String], _ environment: [String: String], input: Int32, output: Int32,
    errors: Int32
  ) throws(FileError) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    for (descriptor, stream) in [
      (input, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO),
    ] {
      posix_spawn_file_actions_adddup2(&actions, descriptor, stream)
    }
    var (mask, usual) = (sigset_t(), sigset_t())
    sigemptyset(&mask)
    sigemptyset(&usual)
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE] { sigaddset(&usual, number) }
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    #if canImport(Darwin)
      flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #else
      keepFromChildren()
    #endif
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var variables = ProcessInfo.processInfo.environment
    variables.merge(environment) { $1 }
    var process: pid_t = 0
    // What `ps` shows: a path below /proc names the image and not the program.
    let name = command[0].hasSuffix("/exe") ? "poise" : command[0]
    let code = withCStrings([name] + command.dropFirst()) { arguments in
      withCStrings(variables.map { "\($0)=\($1)" }) { variables in
        posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
      }
    }
    guard code == 0 else { throw FileError("start", command[0], code: code) }
    return process
  }

  /// Marks every descriptor but the standard streams as this process's own: a child that inherited
  /// the other end of its lifeline would never see it cut.
  private static func keepFromChildren() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in names.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0, flags & FD_CLOEXEC == 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  /// A list of C strings that ends with a null pointer, valid for the call.
  private static func withCStrings<Value>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    let copies = texts.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { body($0.baseAddress!) }
  }
}

private func sendSignal(_ process: pid_t, _ number: Int32) { _ = kill(process, number) }

private func systemPipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }
