/*
 * vfork returns twice into its caller's frame, so nothing of ours may stand in between: what is to
 * be noted is noted before, then this jumps to the next definition and is gone.
 */
	.text
	.globl vfork
	.type vfork, %function
vfork:
#if defined(__x86_64__)
	.cfi_startproc
	endbr64
	subq $8, %rsp
	.cfi_adjust_cfa_offset 8
	call vfork_next
	addq $8, %rsp
	.cfi_adjust_cfa_offset -8
	jmp *%rax
	.cfi_endproc
#elif defined(__aarch64__)
	hint 34
	stp x29, x30, [sp, -16]!
	bl vfork_next
	ldp x29, x30, [sp], 16
	br x0
#endif
	.size vfork, . - vfork
	.section .note.GNU-stack, "", %progbits
